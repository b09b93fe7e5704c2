"""Callbacks of the tests, among them one that ends a fit as the end of its process would."""


class Callback:
    """Does nothing until the end of a task."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass


class StopAfter(Callback):
    """Ends the process, as far as the fit can tell."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id + 1 == self.n_epochs:
            raise SystemExit

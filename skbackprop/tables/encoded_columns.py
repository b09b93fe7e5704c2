"""The encoded columns of an encoder: their names, and which column of the table each of them belongs to."""

import numpy as np


class EncodedColumns:
    """Names and places of the encoded columns.

    The attributes are those of :class:`.Encoder`, in the order that :mod:`.encoding` describes.
    """

    @property
    def feature_names(self):
        """Names of the encoded columns."""
        names = [self.names[j] for j in self.numeric]
        for column in self._derived:
            names += column.feature_names
        for column in self.by_target:
            names += self._target_names(column)
        names += [f"{self.names[j]}_missing" for j in self.owners[self.indicated]]
        for column in self.texts:
            names += column.feature_names
        for column in self.categories:
            names += self._names_of_codes(column)
        return names

    @property
    def owners(self):
        """Index of the column of X to which each encoded column belongs, as an array."""
        numbers = self._owners_of_numbers
        by_target = [column.position for column in self.by_target for _ in self.targets.names]
        indicators = numbers[self.indicated]
        others = [text.position for text in self.texts for _ in text.feature_names]
        others += [column.position for column in self.categories for _ in range(column.n_codes)]
        return np.concatenate((numbers, np.array(by_target, np.intp), indicators, np.array(others, np.intp)))

    @property
    def on_circle(self):
        """Indices of the encoded columns that are coordinates of points on a circle."""
        derived = [on_circle for each in self._derived for on_circle in each.on_circle]
        return self.numeric.size + np.flatnonzero(derived)

    @property
    def with_ranks(self):
        """Indices of the encoded numeric columns that have a rank as well."""
        return np.flatnonzero(np.isin(self.numeric, [each.position for each in self.ranks]))

    @property
    def n_before_codes(self):
        """Number of encoded columns that are not codes of categories."""
        return self.n_numeric + self.indicated.size + sum(len(text.feature_names) for text in self.texts)

    def codes_of_many(self, number):
        """Return the indices of the encoded columns of codes, in columns of more than `number` codes.

        Those of columns that are also encoded by the target are included.
        """
        many = [
            np.full(column.n_codes, column.n_codes > number or column.target_encoding is not None)
            for column in self.categories
        ]
        return self.n_before_codes + np.flatnonzero(np.concatenate([np.zeros(0, bool), *many]))

    @property
    def by_target(self):
        """The category columns that are encoded by the target."""
        return [column for column in self.categories if column.target_encoding is not None]

    def inputs_of(self, column):
        """Return the names of the encoded columns of a column of dates or categories."""
        if column in self.dates:
            return column.feature_names
        numbers = self.inputs_of_number(column.position) if column.position in self.as_categories else []
        names = self._names_of_text(column) + self._names_of_codes(column)
        return numbers + self._target_names(column) + names

    def inputs_of_number(self, position):
        """Return the names of the encoded columns of a numeric column that are numbers."""
        ranks = [name for each in self.ranks if each.position == position for name in each.feature_names]
        return [self.names[position], *ranks]

    def text_encodings(self, column):
        """Return the encodings of the text of a category column, a list of at most one."""
        return [each for each in (*self.written, *self.texts) if each.position == column.position]

    def text_read_as(self, column):
        """Return what is encoded of the text of a column: "date", "number", "words" or ""."""
        return "".join(each.read_as for each in self.text_encodings(column))

    def origins(self, earlier):
        """Return for each encoded column the one that represented it in an `earlier` state of this encoder.

        The origin of a new category is the code of rare categories, or -1 if there was none.

        Returns
        -------
        origins : ndarray of int
        """
        n = self.n_before_codes
        origins = list(range(n))
        for now, before in zip(self.categories, earlier.categories, strict=True):
            origins += [code if code < 0 else n + code for code in now.origins(before)]
            n += before.n_codes
        return np.array(origins)

    @property
    def _derived(self):
        """The encodings that give numbers, in addition to those of the numeric columns."""
        return (*self.dates, *self.written, *self.ranks)

    @property
    def _owners_of_numbers(self):
        """Index of the column of X to which each number belongs, without target encodings."""
        derived = [each.position for each in self._derived for _ in each.feature_names]
        return np.array([*self.numeric, *derived], np.intp)

    def _first_numbers(self):
        """Return the index of the first encoded column of each numeric or date column."""
        widths = [1] * self.numeric.size + [len(each.feature_names) for each in (*self.dates, *self.written)]
        return np.cumsum([0, *widths])[:-1]

    def _numbers_with_code_of_missing(self):
        """Return the indices of numbers whose column also has categories, one of them the missing value."""
        coded = [column.position for column in self.categories if None in column.categories]
        return np.flatnonzero(np.isin(self._owners_of_numbers, coded))

    def _target_names(self, column):
        """Return the names of the target encodings of a category column."""
        if column.target_encoding is None:
            return []
        return [f"{column.name}_target{name}" for name in self.targets.names]

    def _names_of_codes(self, column):
        """Return the names of the codes of a category column."""
        return column.names_of_codes(self._target_names(column) + self._names_of_text(column))

    def _names_of_text(self, column):
        """Return the names of what is encoded of the text of a category column, in addition to its codes."""
        return [name for each in self.text_encodings(column) for name in each.feature_names]

import os
import sys

# Small products: waking a second thread for them costs more than it brings.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, os.path.dirname(__file__))

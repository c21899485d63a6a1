"""The environment of every number: each of these variables can change one.

NumPy and TensorFlow read them when they are imported, so they are set before that.
"""

ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "DNNBOOK_LANGUAGES": "en,zh",  # in which figures are drawn
}
# Those that can change what a model learns, or how long it takes.
COMPUTING = {
    name: value for name, value in ENVIRONMENT.items() if name.startswith(("KERAS", "TF", "O"))
}

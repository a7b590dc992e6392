import os


def inside(folder, name):
    path = os.path.realpath(os.path.join(folder, name))
    if not path.startswith(folder + os.sep):
        raise ValueError("outside of the folder")
    return path

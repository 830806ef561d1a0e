#!/usr/bin/env python
"""Django's own command line; people use `huomiao`, which lists the commands they need."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")
    execute_from_command_line(sys.argv)

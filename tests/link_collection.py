# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes this checkout the collection finops_for_cloud.aws of the virtual environment that runs this.

ansible-core looks for collections beside its own package as well, where amazon.aws is, so one link there serves every
command of the environment from any folder, without a setting.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path


def main() -> None:
    """Links ansible_collections/finops_for_cloud/aws to the checkout."""
    checkout = Path(__file__).resolve().parent.parent
    link = Path(sysconfig.get_path("purelib")) / "ansible_collections" / "finops_for_cloud" / "aws"
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(checkout, target_is_directory=True)


if __name__ == "__main__":
    main()

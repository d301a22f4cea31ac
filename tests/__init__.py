"""The tests are a package: hubs of others bring one of that name, which would hide this one."""

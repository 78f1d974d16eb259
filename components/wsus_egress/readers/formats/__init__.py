"""Other people's files, whatever wrote them, as resources in one shape.

`recognise.read_file` tells a file's format by its contents. Each module of this folder turns one
format into `Thing`s: a resource's kind, its properties as the format spells them, and the place in
the file. Nothing is judged here. Imports `readers.resources`.

For example `{"SecurityGroups": [...]}` of the AWS CLI becomes one `Thing` of the kind `sg` for each
group, and so does `aws_security_group` of a Terraform plan.
"""

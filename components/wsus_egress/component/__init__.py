"""What the components of both clouds share: arguments, children, outputs, claims.

Loads Pulumi, and no cloud's SDK. It turns a component's arguments into compiled controls and their
documents into resources; nothing here decides what is allowed.

For example `Component` checks its arguments, compiles and proves them once, and hands its children
the result.
"""

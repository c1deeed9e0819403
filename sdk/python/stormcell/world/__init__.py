"""Inside a component: the exports of each world, made of an author's class.

Only these modules know the bindings that are generated from `wit/`. A component's
main module has two lines, for example:

    from stormcell.world.bolt import export
    BoltTask = export(SplitBolt)
"""

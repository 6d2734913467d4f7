using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>What a table does with records of one shape; worked out once per shape and definition.</summary>
/// <param name="IndexIds">Per value the id of its index, 0 when it has none.</param>
/// <param name="LastIndexed">Place of the last value that is indexed, -1 when none is: the walk over the values stops there.</param>
/// <param name="HasUnknown">Some names are not attributes of the table.</param>
internal sealed record ShapePlan(int[] IndexIds, int LastIndexed, bool HasUnknown)
{
    public static ShapePlan Make(TableDefinition table, Shape shape)
    {
        var ids = new int[shape.Count];
        var last = -1;
        var unknown = false;
        for (var i = 0; i < ids.Length; i++)
        {
            var attribute = table.Find(shape.Names[i]);
            if (attribute is null) unknown = true;
            else if (attribute is { Indexed: true, IsPrimaryKey: false })
            {
                ids[i] = attribute.Id;
                last = i;
            }
        }

        return new ShapePlan(ids, last, unknown);
    }
}

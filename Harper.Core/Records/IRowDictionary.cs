using Harper.Core.Identity;
using Harper.Core.Values;

namespace Harper.Core.Records;

/// <summary>
/// The small numbers that stand for names in stored rows: origins per database, shapes per table. Entries that a write adds are committed in the
/// same batch as the row that uses them.
/// </summary>
public interface IRowDictionary
{
    int OriginId(NodeName origin);

    NodeName Origin(int id);

    /// <summary>The shape's number from 1 on; 0 when the table has all the shapes it may have and the names go inline.</summary>
    int ShapeId(Shape shape);

    Shape Shape(int id);
}

using Harper.Core.Identity;

namespace Harper.Core.Records;

/// <summary>
/// When and where a change was made: the total order of all changes on all nodes (rule 1). Version first, then the origin's name,
/// ordinally. Equal stamps are the same change. Neither part ever changes on the way through the cluster.
/// </summary>
/// <param name="Version">Milliseconds since 1970 at the origin, with a fraction that keeps it strictly increasing there.</param>
/// <param name="Origin">The node that accepted the write.</param>
public readonly record struct Stamp(double Version, NodeName Origin) : IComparable<Stamp>
{
    public int CompareTo(Stamp other)
    {
        var byVersion = Version.CompareTo(other.Version);
        return byVersion != 0 ? byVersion : Origin.CompareTo(other.Origin);
    }

    public static bool operator <(Stamp left, Stamp right) => left.CompareTo(right) < 0;

    public static bool operator >(Stamp left, Stamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(Stamp left, Stamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Stamp left, Stamp right) => left.CompareTo(right) >= 0;
}

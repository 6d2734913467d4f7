using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Records;

/// <summary>An attribute that was changed after the base: its own stamp (rule 1). The value stands in <see cref="Row.Value"/>.</summary>
public readonly record struct AttributeStamp(string Name, Stamp Stamp);

/// <summary>An add to a counter that is newer than the value it adds to (rule 4).</summary>
public readonly record struct CounterAdd(string Name, Stamp Stamp, double Amount);

/// <summary>
/// A row: a base and what changed since (rule 1). The base values of attributes in <see cref="Patched"/> are not kept: nothing can
/// bring them back. Counter values in <see cref="Value"/> are without <see cref="Adds"/>.
/// </summary>
/// <param name="Base">Stamp of the last put or delete; default when the row was built from patches only.</param>
/// <param name="Alive">False: the base is a delete, or there is no base.</param>
/// <param name="Value">Base values overlaid with patched values.</param>
/// <param name="ExpiresAt">Milliseconds since 1970; null: never.</param>
public sealed record Row(
    Stamp Base, bool Alive, EncodedRecord Value, ImmutableArray<AttributeStamp> Patched, ImmutableArray<CounterAdd> Adds, double? ExpiresAt)
{
    private readonly OptionalTime _expiresAt = new(ExpiresAt);

    public double? ExpiresAt
    {
        get => _expiresAt.Value;
        init => _expiresAt = new OptionalTime(value);
    }

    /// <summary>There is something to read: a living base, or attributes newer than a delete (rule 2).</summary>
    public bool Exists => Alive || !Patched.IsEmpty || !Adds.IsEmpty;

    /// <summary>There is something to read, and it has not expired.</summary>
    public bool IsSeen(double now) => Exists && !(ExpiresAt <= now);

    /// <summary>The row's stamp: the greatest of its changes.</summary>
    public Stamp Latest
    {
        get
        {
            var latest = Base;
            foreach (var patched in Patched)
                if (patched.Stamp > latest) latest = patched.Stamp;
            foreach (var add in Adds)
                if (add.Stamp > latest) latest = add.Stamp;
            return latest;
        }
    }
}

using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Values;

namespace Harper.Core.Transactions;

/// <summary>What a client asked for; the committer decides against the row it finds whether and as what it is written.</summary>
public enum WriteMode : byte
{
    /// <summary>Put when there is no row, else skipped.</summary>
    Insert,

    /// <summary>Patch when there is a row, else skipped.</summary>
    Update,

    /// <summary>Patch when there is a row, else put.</summary>
    Upsert,

    /// <summary>Put, whatever is there (REST PUT).</summary>
    Put,

    /// <summary>Patch, whatever is there.</summary>
    Patch,

    /// <summary>Delete when there is a row, else skipped.</summary>
    Delete,
}

/// <summary>Which time slots stand at the end of a record that this node encoded, for the committer to fill (rule 7).</summary>
[Flags]
public enum TimeSlots : byte
{
    None = 0,

    /// <summary>A 9-byte float64 (<c>cb</c> and 8 bytes) for the updated time: the last value, or the last but one when Created is set.</summary>
    Updated = 1,

    /// <summary>A 9-byte float64 for the created time: always the last value. It is cut off when the write becomes a patch.</summary>
    Created = 2,
}

/// <summary>One write of a local transaction, encoded on the request's thread against an immutable table definition.</summary>
/// <param name="Value">Its bytes must lie in an array that nobody else reads: the committer fills the time slots in place.</param>
public readonly record struct LocalWrite(
    TableName Table, RecordKey Key, WriteMode Mode, EncodedRecord Value, TimeSlots Slots = TimeSlots.None, double? ExpiresAt = null)
{
    private readonly OptionalTime _expiresAt = new(ExpiresAt);

    public double? ExpiresAt
    {
        get => _expiresAt.Value;
        init => _expiresAt = new OptionalTime(value);
    }
}

using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Values;

namespace Harper.Core.Transactions;

/// <summary>What a change does to its row. The numbers are those of the wire's action bits 0..3.</summary>
public enum ChangeKind : byte
{
    /// <summary>The record as given replaces the row.</summary>
    Put = 1,

    /// <summary>The row ends; a tombstone with the change's stamp stays.</summary>
    Delete = 2,

    /// <summary>Only the attributes given are set; <c>{"__op__": "add", "value": n}</c> increments.</summary>
    Patch = 5,
}

/// <summary>The operation that a client called, carried along for the audit log (wire: originating operation).</summary>
public enum OriginatingOperation : byte { None = 0, Insert = 1, Update = 2, Upsert = 3 }

/// <summary>One change to one row. Its form is fixed at the origin and never converted on the way (rule 3).</summary>
/// <param name="Value">The whole record of a put, the changed attributes of a patch, empty for a delete.</param>
/// <param name="ExpiresAt">Milliseconds since 1970, or null: version + the table's expiration (rule 10).</param>
public readonly record struct Change(
    TableName Table, RecordKey Key, ChangeKind Kind, EncodedRecord Value, double? ExpiresAt = null,
    OriginatingOperation Operation = OriginatingOperation.None)
{
    private readonly OptionalTime _expiresAt = new(ExpiresAt);

    public double? ExpiresAt
    {
        get => _expiresAt.Value;
        init => _expiresAt = new OptionalTime(value);
    }
}

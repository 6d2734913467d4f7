using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>A record read from JSON.</summary>
/// <param name="Key">The primary key attribute's value in the dialect, a slice of the record; empty when the record has
/// none.</param>
/// <param name="Slots">The time slots at its end.</param>
public readonly record struct JsonRecord(EncodedRecord Record, ReadOnlyMemory<byte> Key, TimeSlots Slots);

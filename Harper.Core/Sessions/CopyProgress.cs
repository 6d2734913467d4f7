using Harper.Core.Identity;

namespace Harper.Core.Sessions;

/// <summary>How far a base copy is.</summary>
/// <param name="Table">The table that is being copied; null before the first and after the last.</param>
/// <param name="Rows">Rows so far, of all tables.</param>
/// <param name="Bytes">Bytes so far, as they travel.</param>
/// <param name="TotalRows">What the source estimates; null when it did not say.</param>
public sealed record CopyProgress(TableName? Table, long Rows, long Bytes, long? TotalRows);

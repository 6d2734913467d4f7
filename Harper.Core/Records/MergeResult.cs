namespace Harper.Core.Records;

/// <summary>What a change made of a row.</summary>
/// <param name="Changed">False: the change is a duplicate, or everything in it is older than what the row holds. It is logged as a stub.</param>
public readonly record struct MergeResult(Row Row, bool Changed);

namespace Harper.Bench;

/// <summary>A run that gives no figure, in one line with what to do.</summary>
internal sealed class BenchFailure(string message) : Exception(message);

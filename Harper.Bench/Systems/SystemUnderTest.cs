namespace Harper.Bench.Systems;

/// <summary>One of the systems that are compared: how to run a node of it, and what it calls itself.</summary>
/// <param name="Id"><c>ours</c> or <c>original</c>; in a gate <c>before</c> and <c>after</c>.</param>
/// <param name="Command">Program and arguments that run a node in the foreground.</param>
internal sealed record SystemUnderTest(string Id, string Version, IReadOnlyList<string> Command)
{
    public bool IsOriginal { get; init; }

    /// <summary>The program that strace and /proc see, without arguments.</summary>
    public string Program => Command[0];
}

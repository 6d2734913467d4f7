namespace Harper.Host.Demo;

/// <summary>Where the demonstration shows what it does: a live picture on a terminal, plain lines when piped.</summary>
internal interface IDemoScreen
{
    /// <summary>A new chapter.</summary>
    void Step(string title);

    /// <summary>A check that held.</summary>
    void Held(string what);

    void Say(string line);

    /// <summary>Shows progress while the work runs; the work is awaited and its failure thrown.</summary>
    Task WatchAsync(string title, DemoProgress progress, Task work, CancellationToken cancellation);
}

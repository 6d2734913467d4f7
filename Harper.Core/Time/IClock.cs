namespace Harper.Core.Time;

/// <summary>The wall clock as a port: nothing in the core reads time by itself.</summary>
public interface IClock
{
    /// <summary>Milliseconds since 1970, with a fraction.</summary>
    double NowMs { get; }
}

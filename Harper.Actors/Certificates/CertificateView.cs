namespace Harper.Actors.Certificates;

/// <summary>
/// The latest <see cref="CertificateSnapshot"/> for whoever must not wait. CertificateAuthoritiesActor swaps it, any thread reads it, nobody locks.
/// </summary>
public sealed class CertificateView
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CertificateSnapshot? _current;

    /// <summary>The actor that owns the certificates; null before it starts.</summary>
    internal volatile Akka.Actor.IActorRef? Actor;

    /// <summary>Null until the table was read for the first time: before that nobody is trusted and nothing can be shown.</summary>
    public CertificateSnapshot? Current => _current;

    /// <summary>Raised after every change, on the actor's thread: handlers only post work.</summary>
    public event Action? Changed;

    /// <summary>Waits for the first snapshot; null when it did not come in time.</summary>
    public async ValueTask<CertificateSnapshot?> WaitAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        if (_current is { } ready) return ready;
        await Task.WhenAny(_ready.Task, Task.Delay(deadline, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return _current;
    }

    internal void Publish(CertificateSnapshot snapshot)
    {
        _current = snapshot;
        _ready.TrySetResult();
        Changed?.Invoke();
    }
}

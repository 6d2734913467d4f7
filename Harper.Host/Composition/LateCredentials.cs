using Harper.Actors.Operations;
using Harper.Actors.Peers;
using Harper.Core.Operations;

namespace Harper.Host.Composition;

/// <summary>Stands in for the authentication until the users can be read: the node must run before its tables can, and nobody is let in before.</summary>
internal sealed class LateCredentials : IPeerCredentials
{
    private volatile IPeerCredentials? _real;

    public void Use(IPeerCredentials real) => _real = real;

    public ValueTask<Caller?> AuthenticateAsync(string authorization, CancellationToken cancellation) =>
        _real?.AuthenticateAsync(authorization, cancellation) ?? throw new OperationError(503, "the node is starting, try again");
}

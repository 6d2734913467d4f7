using Akka.Actor;
using Harper.Actors.Node;
using Harper.Actors.Describe;

namespace Harper.Actors.Certificates;

/// <summary>
/// The certificate authorities that this node trusts and signs with, one child each. Child of NodeActor; restarted after a failure. The set is
/// empty: nodes know each other by address and credentials over plain sockets, and <c>wss</c> is refused where it is asked for.
/// </summary>
internal sealed class CertificateAuthoritiesActor : DescribedActor
{
    public static Props Props() => ActorProps.Of(() => new CertificateAuthoritiesActor()).WithDeploy(Deploy.Local);

    protected override string DescribeState() => "no authorities: peers are identified by address and credentials, wss is refused";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() => [Figure("authorities", 0)];
}

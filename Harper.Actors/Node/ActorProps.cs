using Akka.Actor;

namespace Harper.Actors.Node;

/// <summary>
/// Props from a plain delegate. Akka's own form takes an expression tree and compiles every argument of it at every call: a tenth of a second at the
/// start of a node, and some milliseconds for every connection after that.
/// </summary>
internal static class ActorProps
{
    public static Props Of<TActor>(Func<TActor> make)
        where TActor : ActorBase => Props.CreateBy(new Producer<TActor>(make));

    private sealed class Producer<TActor>(Func<TActor> make) : IIndirectActorProducer
        where TActor : ActorBase
    {
        public Type ActorType => typeof(TActor);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }
}

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

    /// <summary>
    /// Of this node, on one of the dispatchers of <c>harper.hocon</c>. In this order: <c>WithDeploy</c> replaces the whole deployment, a dispatcher named before
    /// it is forgotten without a word, and the actor runs on the pool.
    /// </summary>
    public static Props OnDispatcher(this Props props, string dispatcher) => props.WithDeploy(Deploy.Local).WithDispatcher(dispatcher);

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

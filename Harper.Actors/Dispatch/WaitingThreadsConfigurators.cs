using Akka.Configuration;
using Akka.Dispatch;

namespace Harper.Actors.Dispatch;

/// <summary>The executor of a dispatcher in <c>harper.hocon</c>: <c>thread-count</c> threads that its actors share.</summary>
public sealed class WaitingThreadsExecutor(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    public override ExecutorService Produce(string id) => new WaitingThreads(id, Config.GetInt("thread-count"));
}

/// <summary>A type of dispatcher in <c>harper.hocon</c>: every actor has a thread to itself, from its first message to its stop.</summary>
public sealed class OwnThreadDispatcher(Config config, IDispatcherPrerequisites prerequisites) : MessageDispatcherConfigurator(config, prerequisites)
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    public override MessageDispatcher Dispatcher() => new PinnedDispatcher(
        this, Config.GetString("id"), Config.GetInt("throughput"), throughputDeadlineTime: null, new OneThread(), ShutdownTimeout);

    private sealed class OneThread : ExecutorServiceFactory
    {
        public override ExecutorService Produce(string id) => new WaitingThreads(id, 1);
    }
}

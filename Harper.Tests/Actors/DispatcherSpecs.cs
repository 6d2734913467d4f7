using Akka.Actor;
using Akka.Configuration;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>The dispatchers for actors whose work blocks: threads of their own, not the pool that everything else needs.</summary>
public sealed class DispatcherSpecs : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create(
        "dispatchers", ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(Repository.Root, "harper.hocon"))));

    [Fact]
    public async Task Each_writer_should_have_one_thread_to_itself()
    {
        var writers = Enumerable.Range(0, 2).Select(_ => _system.ActorOf(Props.Create(() => new WhereAmI()).WithDispatcher("harper.dispatchers.commit"))).ToArray();
        var threads = new List<int[]>();
        foreach (var writer in writers) threads.Add([.. await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync(writer)))]);
        Assert.Single(threads[0].Distinct());
        Assert.Single(threads[1].Distinct());
        Assert.NotEqual(threads[0][0], threads[1][0]);
    }

    [Fact]
    public async Task Blocking_work_should_share_threads_of_its_own()
    {
        var actors = Enumerable.Range(0, 8).Select(_ => _system.ActorOf(Props.Create(() => new WhereAmI()).WithDispatcher("harper.dispatchers.storage"))).ToArray();
        var threads = await Task.WhenAll(actors.SelectMany(actor => Enumerable.Range(0, 20).Select(_ => AskAsync(actor))));
        Assert.InRange(threads.Distinct().Count(), 1, 2);
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        GC.SuppressFinalize(this);
    }

    private static Task<int> AskAsync(IActorRef actor) => actor.Ask<int>("where", Wait.Deadline, TestContext.Current.CancellationToken);

    /// <summary>Answers with the thread it runs on; on a thread of the pool with any number, so that the specs above fail.</summary>
    private sealed class WhereAmI : ReceiveActor
    {
        public WhereAmI() => ReceiveAny(_ => Sender.Tell(Thread.CurrentThread.IsThreadPoolThread ? -Random.Shared.Next() : Environment.CurrentManagedThreadId));
    }
}

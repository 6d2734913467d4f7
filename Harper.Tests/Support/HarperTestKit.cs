using Akka.Configuration;
using Akka.TestKit.Xunit;
using Harper.Actors.Databases;
using Harper.Actors.Node;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Storage.Memory;
using Harper.Core.Time;

namespace Harper.Tests.Support;

/// <summary>An actor system with our own harper.hocon, and what a node is put together from: stores in memory, a clock of its own, an engine on demand.</summary>
public abstract class HarperTestKit : TestKit
{
    /// <summary>What a stop may take decides no spec: it is as long as any wait.</summary>
    private static readonly Config OurConfig = ConfigurationFactory.ParseString($"harper.node.drain-timeout = {Wait.Seconds}s")
        .WithFallback(ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(Repository.Root, "harper.hocon"))));

    protected HarperTestKit(string overrides = "")
        : base(ConfigurationFactory.ParseString(overrides + "\nakka.loglevel = WARNING\nakka.actor.provider = local\n"
            // A generous deadline costs nothing, and the machine may be busy: messages are expected within a minute.
            + $"akka.test {{ default-timeout = {Wait.Seconds}s, single-expect-default = {Wait.Seconds}s }}").WithFallback(OurConfig))
    {
    }

    protected static NodeSettings OurSettings { get; } = NodeSettings.Create(OurConfig);

    internal List<string> Failures { get; } = [];

    internal Dictionary<string, ScriptedEngine> Engines { get; } = [];

    /// <summary>A node over scripted engines, one per database as they are opened.</summary>
    internal NodeServices ScriptedServices(NodeSettings? settings = null, MemoryStoreFactory? stores = null) => new()
    {
        Self = new NodeName("self"),
        Clock = new WallClock(),
        Settings = settings ?? OurSettings,
        Stores = stores ?? new MemoryStoreFactory(),
        OpenEngine = (name, store, _) =>
        {
            store.Dispose();
            lock (Engines) return Engines[name.Value] = new ScriptedEngine(name);
        },
        Folders = DatabaseFolders.Below("/databases"),
        Fail = reason => { lock (Failures) Failures.Add(reason); },
    };

    /// <summary>A node over real engines, their stores in memory: started again over the same factory it finds what it left.</summary>
    internal NodeServices RealServices(MemoryStoreFactory stores, NodeSettings? settings = null) => ScriptedServices(settings, stores) with
    {
        OpenEngine = (name, store, now) => DatabaseEngine.Open(store, name, new NodeName("self"), EngineSettings.Default, now, Guid.NewGuid),
    };

    protected static CommitRequest.Local Write(long bytes = 100) => new([default], "HDB_ADMIN") { Bytes = bytes };

    private sealed class WallClock : IClock
    {
        public double NowMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    }
}

using Akka.Actor;
using Harper.Actors.Subscriptions;
using Harper.Core.Identity;
using Harper.Core.Sessions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Proves that a socket and the database that it is for find each other, whichever is first (D34).</summary>
public sealed class SessionCoordinatorSpecs : HarperTestKit
{
    private static readonly NodeName Peer = new("127.0.0.3");

    /// <summary>A peer that asked while there was no database was answered with nothing, and waits for ever unless its socket is closed.</summary>
    [Fact]
    public async Task A_session_that_joins_just_after_its_database_came_to_be_should_hear_of_it()
    {
        using var databases = new MemoryDatabases(new NodeName("127.0.0.2"));
        var coordinator = Sys.ActorOf(SessionCoordinatorActor.Props(databases, _ => [Peer], failOver: false));
        await databases.CreateAsync(DatabaseName.Data);
        coordinator.Tell(new SessionProtocol.Join(DatabaseName.System, Peer, Receives: false), TestActor);
        await ExpectMsgAsync<SendingEvent.SourcesChanged>(cancellationToken: TestContext.Current.CancellationToken);

        coordinator.Tell(new SessionProtocol.Join(DatabaseName.Data, Peer, Receives: false), TestActor);
        await FishForMessageAsync(message => message is SendingEvent.SchemaChanged { Database: var database } && database == DatabaseName.Data, TimeSpan.FromSeconds(10));
    }
}

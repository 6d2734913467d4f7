using System.Collections.Immutable;
using Akka.Actor;
using Harper.Core.Sessions;

namespace Harper.Actors.Apply;

/// <summary>What a receiving connection and its ApplyActor say to each other.</summary>
internal static class ApplyProtocol
{
    public interface ICommand;

    public interface IEvent;

    /// <summary>Commit these after everything before them.</summary>
    public sealed record Apply(ImmutableArray<ReceivingEffect.Apply> Items) : ICommand, INoSerializationVerificationNeeded;

    /// <summary>Consecutive requests were answered.</summary>
    public sealed record Applied(AppliedBatch Batch) : IEvent, INoSerializationVerificationNeeded;
}

using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Harper.Host.Composition;

/// <summary>
/// Stands where Akka's JSON serializer would: messages of the node's actor system never leave it, so that library is not loaded at start, and a
/// message that somebody tries to send away is refused.
/// </summary>
internal sealed class NothingToSerialize : Serializer
{
    private const string Refusal = "Messages of the node's actor system are local";

    public NothingToSerialize(ExtendedActorSystem system)
        : base(system)
    {
    }

    public NothingToSerialize(ExtendedActorSystem system, Config config)
        : base(system) => _ = config;

    public override int Identifier => 1;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => throw new NotSupportedException($"{Refusal}: {obj.GetType()} is not serialized.");

    public override object FromBinary(byte[] bytes, Type type) => throw new NotSupportedException(Refusal + ".");
}

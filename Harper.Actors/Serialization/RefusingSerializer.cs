using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using AkkaSerializer = Akka.Serialization.Serializer;

namespace Harper.Actors.Serialization;

/// <summary>
/// Stands where Akka keeps its polymorphic JSON serializer, under the same number: a message of any type that nobody listed, and bytes that
/// name that serializer, are refused instead of being turned into whatever type they name.
/// </summary>
public sealed class RefusingSerializer : AkkaSerializer
{
    public RefusingSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    /// <summary>The one that Akka calls for a serializer that has settings, as the one it stands for does.</summary>
    public RefusingSerializer(ExtendedActorSystem system, Config settings) : base(system) => _ = settings;

    public override int Identifier => 1;

    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj) => throw new SerializationException($"{obj.GetType()} is on no list of what may leave this node.");

    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException("Messages of any type are not taken from other nodes.");
}

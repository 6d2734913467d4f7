using System.Runtime.Serialization;
using Akka.Actor;
using Harper.Actors.ControlPlane;
using Hyperion;
using AkkaSerializer = Akka.Serialization.Serializer;

namespace Harper.Actors.Serialization;

/// <summary>
/// Serializes the messages of the control plane, and refuses everything else both ways. One Hyperion for the process, because its cache of types
/// is static: what a laxer one admitted would pass here too. Without references kept: with them a batch costs a hundred times as much, and the
/// messages are flat. Whatever bytes do to it ends as a <see cref="SerializationException"/>.
/// </summary>
public sealed class HyperionMessageSerializer(ExtendedActorSystem system) : AkkaSerializer(system)
{
    /// <summary>Larger messages are not even looked at.</summary>
    public const int MaxBytes = 4 << 20;

    private static readonly Serializer Hyperion = new(new SerializerOptions(
        versionTolerance: false, preserveObjectReferences: false, surrogates: null, serializerFactories: null, knownTypes: null,
        ignoreISerializable: true, packageNameOverrides: null, disallowUnsafeTypes: true, typeFilter: ControlTypes.Instance));

    public override int Identifier => 4799;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        if (obj is not IControlMessage) throw new SerializationException($"{obj.GetType()} is no message of the control plane and does not leave this node.");
        using var bytes = new MemoryStream();
        Hyperion.Serialize(obj, bytes);
        return bytes.ToArray();
    }

    public override object FromBinary(byte[] bytes, Type type)
    {
        if (bytes.Length > MaxBytes) throw new SerializationException($"A control message of {bytes.Length} bytes is too large.");
        object? message;
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            message = Hyperion.Deserialize<object>(stream);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new SerializationException($"A control message cannot be read: {failure.Message}", failure);
        }
        return message is IControlMessage ? message : throw new SerializationException("The bytes are no message of the control plane.");
    }
}

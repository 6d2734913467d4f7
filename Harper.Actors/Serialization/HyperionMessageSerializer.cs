using System.Runtime.Serialization;
using System.Security.Cryptography;
using Akka.Actor;
using Harper.Actors.ControlPlane;
using Hyperion;
using AkkaSerializer = Akka.Serialization.Serializer;

namespace Harper.Actors.Serialization;

/// <summary>
/// Serializes the messages of the control plane, and refuses everything else both ways. One Hyperion for the process, because its cache of types
/// is static: what a laxer one admitted would pass here too. Without references kept: with them a batch costs a hundred times as much, and the
/// messages are flat. A checksum goes first: Hyperion believes the lengths it reads. Whatever bytes do to it ends as a
/// <see cref="SerializationException"/>.
/// </summary>
public sealed class HyperionMessageSerializer(ExtendedActorSystem system) : AkkaSerializer(system)
{
    /// <summary>Larger messages are not even looked at.</summary>
    public const int MaxBytes = 4 << 20;

    internal const int ChecksumBytes = 8;

    private static readonly Serializer Hyperion = new(new SerializerOptions(
        versionTolerance: false, preserveObjectReferences: false, surrogates: null, serializerFactories: null, knownTypes: null,
        ignoreISerializable: true, packageNameOverrides: null, disallowUnsafeTypes: true, typeFilter: ControlTypes.Instance));

    public override int Identifier => 4799;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        if (obj is not IControlMessage) throw new SerializationException($"{obj.GetType()} is no message of the control plane and does not leave this node.");
        using var bytes = new MemoryStream();
        bytes.Write(stackalloc byte[ChecksumBytes]);
        Hyperion.Serialize(obj, bytes);
        return Seal(bytes.ToArray());
    }

    public override object FromBinary(byte[] bytes, Type type)
    {
        if (bytes.Length > MaxBytes) throw new SerializationException($"A control message of {bytes.Length} bytes is too large.");
        if (bytes.Length < ChecksumBytes || !Checksum(bytes).SequenceEqual(bytes.AsSpan(0, ChecksumBytes)))
            throw new SerializationException("A control message was damaged on its way.");
        object? message;
        try
        {
            using var stream = new MemoryStream(bytes, ChecksumBytes, bytes.Length - ChecksumBytes, writable: false);
            message = Hyperion.Deserialize<object>(stream);
        }
        catch (Exception failure)
        {
            throw new SerializationException($"A control message cannot be read: {failure.Message}", failure);
        }
        return message is IControlMessage ? message : throw new SerializationException("The bytes are no message of the control plane.");
    }

    /// <summary>Puts the checksum of what follows it into its place.</summary>
    internal static byte[] Seal(byte[] bytes)
    {
        Checksum(bytes).CopyTo(bytes, 0);
        return bytes;
    }

    private static byte[] Checksum(byte[] bytes) => SHA256.HashData(bytes.AsSpan(ChecksumBytes))[..ChecksumBytes];
}

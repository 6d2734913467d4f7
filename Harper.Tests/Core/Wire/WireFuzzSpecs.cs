using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>A hundred thousand damaged frames (ten million in the soak): each is read or refused with a typed error, and none costs more memory than it has bytes. Invariant 9.</summary>
public sealed class WireFuzzSpecs
{
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("HARPER_FUZZ_ROUNDS"), out var rounds)
        ? rounds
        : LongRun.Scale(100_000, 10_000_000);

    [Fact]
    public void Damaged_frames_should_never_do_more_than_be_refused()
    {
        var frames = Corpus();
        // A soak that always took the same way would see nothing new.
        var seed = LongRun.IsOn ? Environment.TickCount : 20261123;
        var random = new Random(seed);
        var taken = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage(frames[random.Next(frames.Count)], frames, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            if (Try(bytes)) taken++;
            var cost = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(cost < 256 * 1024 + (bytes.Length * 200L), $"seed {seed}, round {round}: {bytes.Length} bytes cost {cost}: {Convert.ToHexString(bytes)}");
        }
        // Many mutations leave a frame that still reads: the damage reaches deep, not only the first byte.
        Assert.InRange(taken, Rounds / 50, Rounds);
    }

    private static bool Try(byte[] bytes)
    {
        try
        {
            if (ControlFrameCodec.IsControl(bytes))
            {
                var frame = ControlFrameCodec.Decode(bytes, FrameLimits.Default);
                new IncomingChanges(FrameLimits.Default).Learn(frame);
                if (frame is not ControlFrame.Unknown) ControlFrameCodec.Encode(frame);
                return true;
            }
            Incoming().Read(bytes, []);
            return true;
        }
        catch (FrameError)
        {
            return false;
        }
    }

    private static readonly ControlFrame[] Dictionary = [.. WireVectors.Frames().Where(frame => frame.IsControl)
        .Select(frame => ControlFrameCodec.Decode(frame.Bytes, FrameLimits.Default))
        .Where(frame => frame is ControlFrame.TableFixedStructure or ControlFrame.NodeNameToIdMap)];

    private static readonly IncomingChanges Known = Learned();

    private static IncomingChanges Incoming() => Known;

    private static IncomingChanges Learned()
    {
        var incoming = new IncomingChanges(FrameLimits.Default);
        foreach (var frame in Dictionary) incoming.Learn(frame);
        return incoming;
    }

    private static List<byte[]> Corpus()
    {
        var frames = WireVectors.Frames().Select(frame => frame.Bytes).Where(bytes => bytes.Length < 8192).ToList();
        frames.AddRange(WireVectors.Unit("controlMessages").EnumerateArray().Select(vector => Convert.FromHexString(vector.GetProperty("hex").GetString()!)));
        var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches: true, parts: false);
        foreach (var transaction in new GeneratedChanges(1).Transactions(100))
        {
            outgoing.Append(transaction, GeneratedChanges.Catalog, null, frames);
            outgoing.Flush(frames);
        }
        return frames;
    }

    private static byte[] Damage(byte[] frame, List<byte[]> frames, Random random)
    {
        var bytes = frame.ToList();
        for (var times = random.Next(1, 5); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, random.Next(1, bytes.Count - at + 1)); break;
                case 3: bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 9)).Select(_ => (byte)random.Next(256))); break;
                case 4: bytes[at] = Telling[random.Next(Telling.Length)]; break;
                case 5:
                    for (var i = at; i < Math.Min(at + 4, bytes.Count); i++) bytes[i] = 0xFF;
                    break;
                default:
                    var other = frames[random.Next(frames.Count)];
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(64))]);
                    break;
            }
        }
        var damaged = bytes.ToArray();
        // A batch is refused by its checksum: to get behind it, the fuzzer repairs that one half of the time.
        if (damaged.Length > 5 && damaged[0] == (byte)MessageForm.Batch && random.Next(2) == 0)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(damaged.AsSpan(1), Checksum.Of(damaged.AsSpan(5)));
        return damaged;
    }

    /// <summary>Bytes that mean something: headers of arrays, maps, texts, extensions and long lengths.</summary>
    private static readonly byte[] Telling =
        [0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcf, 0xd3, 0xd4, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xff, 0x40, 0x5f, 0x20, 0x72];
}

using System.IO.Pipelines;

namespace Harper.Tests.Support;

/// <summary>One end of a connection in memory.</summary>
internal sealed class PipePairStream(PipeReader reader, PipeWriter writer) : TwoWayStream
{
    private readonly Stream _reading = reader.AsStream();
    private readonly Stream _writing = writer.AsStream();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reading.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _writing.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _writing.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writing.Dispose();
            _reading.Dispose();
        }
        base.Dispose(disposing);
    }
}

using System.Buffers;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Host.Http.ContentTypes;

/// <summary>Takes the JSON of an answer as it is written and hands it on in another form, element by element of the outermost array.</summary>
internal sealed class AnswerStream(IAnswerForm form, Stream output) : Stream
{
    private readonly ArrayBufferWriter<byte> _converted = new(4096);
    private byte[] _json = new byte[16 * 1024];
    private int _length;
    private int _scanned;
    private int _element = -1;
    private bool _inArray;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 2 * OperationFields.MaxDepth });

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Take(buffer.Span);
        if (_converted.WrittenCount >= 64 * 1024) await SendAsync(cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    /// <summary>The JSON is whole: sends what is left.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation)
    {
        Scan(last: true);
        form.Finish(_converted);
        await SendAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>An answer that is whole already.</summary>
    public static void Convert(IAnswerForm form, ReadOnlySpan<byte> json, IBufferWriter<byte> into)
    {
        using var stream = new AnswerStream(form, Null);
        stream.Take(json);
        stream.Scan(last: true);
        form.Finish(stream._converted);
        into.Write(stream._converted.WrittenSpan);
    }

    private async ValueTask SendAsync(CancellationToken cancellation)
    {
        if (_converted.WrittenCount == 0) return;
        await output.WriteAsync(_converted.WrittenMemory, cancellation).ConfigureAwait(false);
        _converted.ResetWrittenCount();
    }

    private void Take(ReadOnlySpan<byte> json)
    {
        if (_json.Length - _length < json.Length) Array.Resize(ref _json, (int)Math.Max(_length + (long)json.Length, Math.Min(Array.MaxLength, 2L * _json.Length)));
        json.CopyTo(_json.AsSpan(_length));
        _length += json.Length;
        Scan(last: false);
    }

    private void Scan(bool last)
    {
        var reader = new Utf8JsonReader(_json.AsSpan(_scanned, _length - _scanned), last, _state);
        while (reader.Read())
        {
            var root = _inArray ? 1 : 0;
            if (!_inArray && _element < 0 && reader is { TokenType: JsonTokenType.StartArray, CurrentDepth: 0 })
            {
                _inArray = true;
                form.BeginArray(_converted);
                continue;
            }
            if (_inArray && reader is { TokenType: JsonTokenType.EndArray, CurrentDepth: 0 })
            {
                form.EndArray(_converted);
                continue;
            }
            if (_element < 0) _element = _scanned + (int)reader.TokenStartIndex;
            if (reader.CurrentDepth != root || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName) continue;
            form.Element(_json.AsSpan(_element, _scanned + (int)reader.BytesConsumed - _element), _converted);
            _element = -1;
        }
        _state = reader.CurrentState;
        _scanned += (int)reader.BytesConsumed;
        Compact();
    }

    private void Compact()
    {
        var from = _element < 0 ? _scanned : _element;
        if (from == 0) return;
        _json.AsSpan(from, _length - from).CopyTo(_json);
        _length -= from;
        _scanned -= from;
        if (_element >= 0) _element = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

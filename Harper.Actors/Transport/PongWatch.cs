namespace Harper.Actors.Transport;

/// <summary>
/// Finds pongs in the bytes that come in, since the framework's WebSocket keeps them to itself. It only steps from frame to frame; all
/// checking of frames is the WebSocket's.
/// </summary>
internal sealed class PongWatch(Action<ulong> onPong)
{
    private const byte PongOpcode = 0x0A;

    private readonly byte[] _head = new byte[14];
    private readonly byte[] _payload = new byte[8];
    private int _headLength;
    private long _left;
    private int _taken;
    private bool _isPong;

    public void See(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_left > 0)
            {
                var step = (int)Math.Min(_left, bytes.Length);
                Take(bytes[..step]);
                bytes = bytes[step..];
                _left -= step;
                if (_left == 0) EndFrame();
                continue;
            }
            _head[_headLength++] = bytes[0];
            bytes = bytes[1..];
            if (_headLength < 2 || _headLength < HeadSize()) continue;
            _left = PayloadLength();
            _isPong = (_head[0] & 0x0F) == PongOpcode;
            _headLength = 0;
            _taken = 0;
            if (_left == 0) EndFrame();
        }
    }

    private int HeadSize() => 2 + ((_head[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 }) + ((_head[1] & 0x80) != 0 ? 4 : 0);

    private long PayloadLength()
    {
        var length = (long)(_head[1] & 0x7F);
        var size = length switch { 126 => 2, 127 => 8, _ => 0 };
        if (size == 0) return length;
        length = 0;
        for (var i = 0; i < size; i++) length = (length << 8) | _head[2 + i];
        return Math.Max(length, 0);
    }

    private void Take(ReadOnlySpan<byte> payload)
    {
        if (!_isPong) return;
        foreach (var one in payload)
        {
            if (_taken < _payload.Length) _payload[_taken] = one;
            _taken++;
        }
    }

    private void EndFrame()
    {
        if (_isPong && _taken == _payload.Length) onPong(BitConverter.ToUInt64(_payload));
        _isPong = false;
    }
}

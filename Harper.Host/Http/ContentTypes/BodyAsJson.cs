using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Harper.Core.Json;
using Harper.Core.Operations;
using Harper.Core.Values;

namespace Harper.Host.Http.ContentTypes;

/// <summary>
/// Takes the values of a body in another content type one after the other and writes them as JSON. Records, keys and what is searched for keep values that JSON has no
/// form for (<see cref="ExactValue"/>); other arguments get the nearest text.
/// </summary>
internal sealed class BodyAsJson : IDisposable
{
    private const double MaxSafeInteger = 9007199254740991;

    private readonly ArrayBufferWriter<byte> _output;
    private readonly Utf8JsonWriter _json;
    private readonly RecordBuffer _value = new(64);
    private int _exactFrom = int.MaxValue;
    private bool _exactNext;

    public BodyAsJson(int bodyBytes)
    {
        _output = new ArrayBufferWriter<byte>(bodyBytes + 64);
        // What goes in is checked below. The writer's own checks would cost as much again.
        _json = new Utf8JsonWriter(_output, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private bool Exact => _exactNext || _json.CurrentDepth >= _exactFrom;

    public ReadOnlyMemory<byte> Finish()
    {
        _json.Flush();
        return _output.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    public void BeginObject()
    {
        Enter();
        _json.WriteStartObject();
    }

    public void EndObject()
    {
        _json.WriteEndObject();
        Leave();
    }

    public void BeginArray()
    {
        Enter();
        _json.WriteStartArray();
    }

    public void EndArray()
    {
        _json.WriteEndArray();
        Leave();
    }

    public void Name(ReadOnlySpan<byte> utf8)
    {
        CheckText(utf8);
        if (_exactFrom == int.MaxValue) _exactNext = IsExact(utf8);
        _json.WritePropertyName(utf8);
    }

    public void Null()
    {
        _json.WriteNullValue();
        _exactNext = false;
    }

    public void Boolean(bool value)
    {
        _json.WriteBooleanValue(value);
        _exactNext = false;
    }

    public void Text(ReadOnlySpan<byte> utf8)
    {
        CheckText(utf8);
        _json.WriteStringValue(utf8);
        _exactNext = false;
    }

    /// <summary>As JavaScript decoders do it: a number up to 2^53, a big integer beyond.</summary>
    public void Integer(BigInteger value)
    {
        if (BigInteger.Abs(value) <= (BigInteger)MaxSafeInteger) _json.WriteNumberValue((long)value);
        else
        {
            if (value.GetByteCount() > 4096) throw OperationError.Bad("Request body holds an integer of more than 4,096 bytes");
            if (Exact) Keep(writer => writer.BigInteger(value));
            else _json.WriteRawValue(value.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
        }
        _exactNext = false;
    }

    public void Integer(long value)
    {
        if (Math.Abs((double)value) > MaxSafeInteger)
        {
            Integer((BigInteger)value);
            return;
        }
        _json.WriteNumberValue(value);
        _exactNext = false;
    }

    public void Float(double value)
    {
        if (double.IsFinite(value)) _json.WriteNumberValue(value + 0.0);
        else if (Exact) Keep(writer => writer.Number(value));
        else _json.WriteNullValue();
        _exactNext = false;
    }

    /// <param name="milliseconds">Since 1970; NaN for a date that is none.</param>
    public void Date(double milliseconds)
    {
        if (Exact) Keep(writer => writer.Date(milliseconds));
        else if (Math.Abs(milliseconds) < 2.5e14)
            _json.WriteStringValue(DateTime.UnixEpoch.AddMilliseconds(Math.Truncate(milliseconds)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        else _json.WriteNullValue();
        _exactNext = false;
    }

    public void Binary(ReadOnlySpan<byte> value)
    {
        if (Exact)
        {
            _value.BeginRecord();
            new ValueWriter(_value).Binary(value);
            ExactValue.Write(_value.Written, _json);
        }
        else _json.WriteBase64StringValue(value);
        _exactNext = false;
    }

    public void Undefined()
    {
        if (Exact) Keep(writer => writer.Undefined());
        else _json.WriteNullValue();
        _exactNext = false;
    }

    private delegate void Writing(ValueWriter writer);

    private void Keep(Writing write)
    {
        _value.BeginRecord();
        write(new ValueWriter(_value));
        ExactValue.Write(_value.Written, _json);
    }

    private void Enter()
    {
        if (_json.CurrentDepth >= ValueReader.MaxDepth) throw OperationError.Bad($"Request body is nested deeper than {ValueReader.MaxDepth} levels");
        if (_exactNext) _exactFrom = _json.CurrentDepth;
        _exactNext = false;
    }

    private void Leave()
    {
        if (_json.CurrentDepth <= _exactFrom) _exactFrom = int.MaxValue;
    }

    private static bool IsExact(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("records"u8) || name.SequenceEqual("ids"u8) || name.SequenceEqual("hash_values"u8)
        || name.SequenceEqual("value"u8) || name.SequenceEqual("search_value"u8);

    private static void CheckText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) throw OperationError.Bad("Request body holds a text that is not valid UTF-8");
    }
}

using static Harper.Core.Wire.Control.ControlFrame;
using static Harper.Core.Wire.Control.ControlFrameReader;

namespace Harper.Core.Wire.Control;

/// <summary>133, 134 and 146: single records and blobs.</summary>
internal static class RecordFrames
{
    public static GetRecord Request(ref ControlReader reader, ref int left)
    {
        var id = Integer(ref reader, ref left, "the request id");
        var table = (int)Integer(ref reader, ref left, "the table id", 0, int.MaxValue);
        if (left-- <= 0) throw reader.Wrong("the key");
        var key = WireKey.Read(ref reader);
        return new GetRecord(id, table, key, TakeElement(ref reader, ref left) ? new(reader.Text("the table name")) : null);
    }

    public static GetRecordResponse Response(ref ControlReader reader, ref int left)
    {
        var id = Integer(ref reader, ref left, "the request id");
        if (!TakeElement(ref reader, ref left)) return new GetRecordResponse(id);
        ReadOnlyMemory<byte>? value = null;
        string? error = null, user = null;
        double? version = null, expiresAt = null;
        long? residency = null;
        int? node = null;
        for (var count = reader.MapHeader("a record"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "value": value = reader.Bytes(member).ToArray(); break;
                case "error" when reader.Next == ControlToken.Text: error = reader.Text(member); break;
                case "error": reader.Skip(); error = "the peer failed"; break;
                case "version": version = reader.Time(member); break;
                case "expiresAt": expiresAt = reader.Number(member); break;
                case "residencyId": residency = reader.Integer(member); break;
                case "nodeId": node = (int)reader.Integer(member, 0, int.MaxValue); break;
                case "user" when reader.Next == ControlToken.Text: user = reader.Text(member); break;
                default: reader.Skip(); break;
            }
        }
        if (error is not null) return new GetRecordResponse(id, Error: error);
        if (value is null) return new GetRecordResponse(id);
        return new GetRecordResponse(id, new FetchedRecord(value.Value, version ?? 0, expiresAt, residency, node, user));
    }

    public static BlobChunk Blob(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the description of a blob");
        string? file = null, transfer = null, error = null, errorCode = null;
        var finished = false;
        long? size = null;
        for (var count = reader.MapHeader("the description of a blob"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "fileId": file = reader.Text(member); break;
                case "transferId" when reader.Next == ControlToken.Text: transfer = reader.Text(member); break;
                case "transferId" when reader.Next == ControlToken.Number: transfer = reader.Integer(member).ToString(); break;
                case "size": size = reader.Integer(member, 0); break;
                case "finished": finished = reader.Boolean(member); break;
                case "error" when reader.Next == ControlToken.Text: error = reader.Text(member); break;
                case "errorCode" when reader.Next == ControlToken.Text: errorCode = reader.Text(member); break;
                default: reader.Skip(); break;
            }
        }
        if (file is null) throw reader.Wrong("the file id of a blob");
        var bytes = TakeElement(ref reader, ref left) ? reader.Bytes("the bytes of a blob").ToArray() : [];
        return new BlobChunk(file, size, finished, error, bytes, transfer, errorCode);
    }

    public static void Write(ControlWriter to, GetRecord frame)
    {
        to.Message(ControlCommand.GetRecord, frame.Table is null ? 3 : 4);
        to.Integer(frame.RequestId);
        to.Integer(frame.TableId);
        WireKey.Write(to, frame.Key);
        if (frame.Table is { } table) to.Text(table.Value);
    }

    public static void Write(ControlWriter to, GetRecordResponse frame)
    {
        to.Message(ControlCommand.GetRecordResponse, frame is { Record: null, Error: null } ? 1 : 2);
        to.Integer(frame.RequestId);
        if (frame.Error is not null)
        {
            to.Map(1);
            to.Member("error", frame.Error);
        }
        else if (frame.Record is { } record)
        {
            to.Map(2 + (record.ExpiresAt is null ? 0 : 1) + (record.ResidencyId is null ? 0 : 1) + (record.NodeId is null ? 0 : 1) +
                (record.User is null ? 0 : 1));
            to.Text("value");
            to.Bytes(record.Value.Span);
            to.Member("version", record.Version);
            if (record.ExpiresAt is { } expiresAt) to.Member("expiresAt", expiresAt);
            if (record.ResidencyId is { } residency) to.Member("residencyId", residency);
            if (record.NodeId is { } node) to.Member("nodeId", node);
            if (record.User is not null) to.Member("user", record.User);
        }
    }

    public static void Write(ControlWriter to, BlobChunk frame)
    {
        to.Message(ControlCommand.BlobChunk, 2);
        to.Map(1 + (frame.Size is null ? 0 : 1) + (frame.Finished ? 1 : 0) + (frame.Error is null ? 0 : 1) +
            (frame.TransferId is null ? 0 : 1) + (frame.ErrorCode is null ? 0 : 1));
        to.Member("fileId", frame.FileId);
        if (frame.Size is { } size) to.Member("size", size);
        if (frame.Finished) to.Member("finished", true);
        if (frame.Error is not null) to.Member("error", frame.Error);
        if (frame.TransferId is not null) to.Member("transferId", frame.TransferId);
        if (frame.ErrorCode is not null) to.Member("errorCode", frame.ErrorCode);
        to.Bytes(frame.Bytes.Span);
    }
}

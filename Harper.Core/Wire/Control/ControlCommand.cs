namespace Harper.Core.Wire.Control;

/// <summary>The first element of a control message. 192 and above are ours and only sent to nodes that announced them.</summary>
public enum ControlCommand : byte
{
    SubscriptionRequest = 129,
    ResidencyList = 130,
    TableFixedStructure = 132,
    GetRecord = 133,
    GetRecordResponse = 134,
    OperationRequest = 136,
    OperationResponse = 137,
    NodeName = 140,
    NodeNameToIdMap = 141,
    Disconnect = 142,
    SequenceIdUpdate = 143,
    CommittedUpdate = 144,
    DbSchema = 145,
    BlobChunk = 146,
    SubscriptionUpdate = 147,
    CopyStart = 148,
    CopyComplete = 149,
    ByteCredit = 192,
}

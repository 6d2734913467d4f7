namespace Harper.Core.Wire.Control;

/// <summary>
/// The members of an attribute and of our table options. Of an attribute the original needs <c>name</c>, <c>type</c> and <c>isPrimaryKey</c>;
/// ours lie beside them under one name of their own, so that the original, which keeps members it does not know, is not misled.
/// </summary>
internal static class TableOptionMembers
{
    public const string Options = "harperNet";

    public static AnnouncedAttribute? ReadAttribute(ref ControlReader reader)
    {
        string? name = null, type = null, elements = null;
        var (isPrimaryKey, assigned) = (false, 0);
        bool? indexed = null, nullable = null;
        for (var count = reader.MapHeader("an attribute"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "name" when reader.Next == ControlToken.Text: name = reader.Text(member); break;
                case "type" when reader.Next == ControlToken.Text: type = reader.Text(member); break;
                case "isPrimaryKey" when reader.Next == ControlToken.Boolean: isPrimaryKey = reader.Boolean(member); break;
                case Options when reader.Next == ControlToken.Map:
                    for (var ours = reader.MapHeader(member); ours > 0; ours--)
                    {
                        var option = reader.MapKey();
                        if (reader.TakeAbsent()) continue;
                        switch (option)
                        {
                            case "indexed": indexed = reader.Boolean(option); break;
                            case "nullable": nullable = reader.Boolean(option); break;
                            case "assigned": assigned = (int)reader.Integer(option, 0, byte.MaxValue); break;
                            case "elements": elements = reader.Text(option); break;
                            default: reader.Skip(); break;
                        }
                    }
                    break;
                default: reader.Skip(); break;
            }
        }
        return name is null ? null : new AnnouncedAttribute(name, type, isPrimaryKey, indexed, nullable, assigned, elements);
    }

    public static AnnouncedOptions ReadOptions(ref ControlReader reader)
    {
        var options = new AnnouncedOptions(Guid.Empty);
        for (var count = reader.MapHeader("the table options"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "incarnation": options = options with { Incarnation = PeerNameFrames.Id(ref reader, member) }; break;
                case "sealed": options = options with { Sealed = reader.Boolean(member) }; break;
                case "replicate": options = options with { Replicate = reader.Boolean(member) }; break;
                case "audit": options = options with { Audit = reader.Boolean(member) }; break;
                case "expiration": options = options with { ExpirationSeconds = reader.Time(member) }; break;
                case "eviction": options = options with { EvictionSeconds = reader.Time(member) }; break;
                case "scanInterval": options = options with { ScanIntervalSeconds = reader.Time(member) }; break;
                case "exported": options = options with { Exported = reader.Boolean(member) }; break;
                default: reader.Skip(); break;
            }
        }
        return options;
    }

    public static void Write(ControlWriter to, AnnouncedAttribute attribute)
    {
        var ours = (attribute.Indexed is null ? 0 : 1) + (attribute.Nullable is null ? 0 : 1) + (attribute.Assigned == 0 ? 0 : 1) +
            (attribute.Elements is null ? 0 : 1);
        to.Map(1 + (attribute.Type is null ? 0 : 1) + (attribute.IsPrimaryKey ? 1 : 0) + (ours == 0 ? 0 : 1));
        to.Member("name", attribute.Name);
        if (attribute.Type is not null) to.Member("type", attribute.Type);
        if (attribute.IsPrimaryKey) to.Member("isPrimaryKey", true);
        if (ours == 0) return;
        to.Text(Options);
        to.Map(ours);
        if (attribute.Indexed is { } indexed) to.Member("indexed", indexed);
        if (attribute.Nullable is { } nullable) to.Member("nullable", nullable);
        if (attribute.Assigned != 0) to.Member("assigned", attribute.Assigned);
        if (attribute.Elements is not null) to.Member("elements", attribute.Elements);
    }

    public static void Write(ControlWriter to, AnnouncedOptions options)
    {
        to.Map(4 + (options.Replicate is null ? 0 : 1) + (options.ExpirationSeconds is null ? 0 : 1) +
            (options.EvictionSeconds is null ? 0 : 1) + (options.ScanIntervalSeconds is null ? 0 : 1));
        to.Member("incarnation", options.Incarnation.ToString());
        to.Member("sealed", options.Sealed);
        to.Member("audit", options.Audit);
        to.Member("exported", options.Exported);
        if (options.Replicate is { } replicate) to.Member("replicate", replicate);
        if (options.ExpirationSeconds is { } expiration) to.Member("expiration", expiration);
        if (options.EvictionSeconds is { } eviction) to.Member("eviction", eviction);
        if (options.ScanIntervalSeconds is { } interval) to.Member("scanInterval", interval);
    }
}

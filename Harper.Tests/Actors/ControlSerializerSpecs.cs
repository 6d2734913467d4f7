using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Harper.Actors.ControlPlane;
using Harper.Actors.Serialization;
using Harper.Tests.Support;
using Hyperion;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>What may cross between nodes as an object: the control plane's messages, nothing else. Proves architecture 7 (closed allow-list) and invariant 9.</summary>
public sealed class ControlSerializerSpecs : IAsyncLifetime
{
    private static readonly ControlProtocol.TreeSeen Answer = new(
        [new SeenActor(-1, "node", "NodeActor", "running", [new SeenFigure("databases", 'i', "2")], 1, 2, 3.5, true)], "");

    private ActorSystem _system = null!;
    private HyperionMessageSerializer _serializer = null!;

    public ValueTask InitializeAsync()
    {
        var config = ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(Repository.Root, "harper.hocon"))).GetConfig("harper.control.system");
        _system = ActorSystem.Create("spec", ConfigurationFactory.ParseString("akka.actor.provider = local").WithFallback(config));
        _serializer = new HyperionMessageSerializer((ExtendedActorSystem)_system);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    [Fact]
    public void Every_message_of_the_control_plane_should_come_back_as_it_was()
    {
        var samples = new IControlMessage[] { new ControlProtocol.SeeTree("node/peers", 2000), Answer };
        var messages = typeof(IControlMessage).Assembly.GetTypes().Where(type => type.IsClass && typeof(IControlMessage).IsAssignableFrom(type));
        Assert.Equal(messages.Order(Comparer<Type>.Create((left, right) => string.CompareOrdinal(left.Name, right.Name))),
            samples.Select(sample => sample.GetType()).OrderBy(type => type.Name, StringComparer.Ordinal));
        foreach (var sample in samples) Assert.Equivalent(sample, _serializer.FromBinary(_serializer.ToBinary(sample), typeof(object)), strict: true);
    }

    [Fact]
    public void The_list_should_hold_the_messages_and_what_they_are_made_of_and_nothing_else() => Assert.Equal(
        ["ControlProtocol.SeeTree", "ControlProtocol.TreeSeen", "SeenActor", "SeenActor[]", "SeenFigure", "SeenFigure[]"],
        ControlTypes.Instance.Types.Select(type => type.DeclaringType is null ? type.Name : $"{type.DeclaringType.Name}.{type.Name}").Order(StringComparer.Ordinal));

    [Fact]
    public void Nothing_else_should_leave_the_node()
    {
        Assert.Throws<SerializationException>(() => _serializer.ToBinary(new object()));
        Assert.Throws<SerializationException>(() => _serializer.ToBinary(new SeenFigure("a", 't', "part of a message, not one")));
        Assert.ThrowsAny<SerializationException>(() => _system.Serialization.FindSerializerFor(new Innocent("x")));
        Assert.ThrowsAny<SerializationException>(() => _system.Serialization.FindSerializerFor(new List<string>()));
    }

    [Theory]
    [InlineData(typeof(Innocent))]
    [InlineData(typeof(List<string>))]
    [InlineData(typeof(Dictionary<string, object>))]
    [InlineData(typeof(Exception))]
    [InlineData(typeof(object[]))]
    public void A_type_that_is_not_listed_should_be_refused_before_it_is_made(Type type)
    {
        var open = new Serializer(SerializerOptions.Default.WithPreserveObjectReferences(false));
        using var bytes = new MemoryStream();
        open.Serialize(type == typeof(Innocent) ? new Innocent("x") : type.IsArray ? new object[] { new Innocent("x") } : Activator.CreateInstance(type)!, bytes);
        Innocent.Made = 0;
        Assert.Throws<SerializationException>(() => _serializer.FromBinary(Sealed(bytes.ToArray()), typeof(object)));
        Assert.Equal(0, Innocent.Made);
    }

    [Fact]
    public void A_foreign_type_inside_a_listed_one_should_be_refused()
    {
        var honest = _serializer.ToBinary(Answer);
        var name = System.Text.Encoding.UTF8.GetBytes("Harper.Actors.ControlPlane.SeenFigure");
        var evil = System.Text.Encoding.UTF8.GetBytes("System.Diagnostics.ProcessStartInfo!!");
        Assert.Equal(name.Length, evil.Length);
        var place = honest.AsSpan().IndexOf(name);
        Assert.True(place > 0, "the type is named in the bytes");
        evil.CopyTo(honest, place);
        Assert.Throws<SerializationException>(() => _serializer.FromBinary(HyperionMessageSerializer.Seal(honest), typeof(object)));
    }

    [Fact]
    public void Bytes_damaged_on_their_way_should_be_refused_unread()
    {
        var bytes = _serializer.ToBinary(Answer);
        var chance = new Random(4711);
        for (var round = 0; round < 500; round++)
        {
            var damaged = bytes.AsSpan(0, chance.Next(0, bytes.Length + 1)).ToArray();
            if (damaged.Length == bytes.Length) damaged[chance.Next(damaged.Length)] ^= (byte)(1 << chance.Next(8));
            Assert.Throws<SerializationException>(() => _serializer.FromBinary(damaged, typeof(object)));
        }
    }

    [Fact]
    public void Bytes_that_were_made_to_be_wrong_should_end_as_the_same_error()
    {
        var bytes = _serializer.ToBinary(Answer);
        for (var place = HyperionMessageSerializer.ChecksumBytes; place < bytes.Length; place += 7)
        {
            var wrong = bytes.ToArray();
            wrong[place] ^= 1;
            try { Assert.IsAssignableFrom<IControlMessage>(_serializer.FromBinary(HyperionMessageSerializer.Seal(wrong), typeof(object))); }
            catch (SerializationException) { }
        }
    }

    [Fact]
    public void Akkas_own_serializer_of_any_type_should_not_be_reachable_by_its_number()
    {
        var json = "{\"$type\":\"System.Collections.Generic.List`1[[System.String, System.Private.CoreLib]], System.Private.CoreLib\",\"$values\":[]}"u8.ToArray();
        Assert.ThrowsAny<SerializationException>(() => _system.Serialization.Deserialize(json, 1, typeof(List<string>).AssemblyQualifiedName!));
    }

    private static byte[] Sealed(byte[] payload) => HyperionMessageSerializer.Seal([.. new byte[HyperionMessageSerializer.ChecksumBytes], .. payload]);

    public sealed class Innocent
    {
        public static int Made { get; set; }

        public Innocent(string text)
        {
            Text = text;
            Made++;
        }

        public string Text { get; }
    }
}

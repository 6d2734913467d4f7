using System.Collections.Frozen;
using System.Reflection;
using Harper.Actors.ControlPlane;
using Hyperion;

namespace Harper.Actors.Serialization;

/// <summary>
/// The allow-list: the messages of the control plane, what they are made of, and nothing else. Matched by whole name, in both forms that
/// Hyperion asks for: the full one when it writes, its short one when it reads.
/// </summary>
public sealed class ControlTypes : ITypeFilter
{
    public static readonly ControlTypes Instance = new(Collect());

    private readonly FrozenSet<string> _names;

    private ControlTypes(IReadOnlyCollection<Type> types)
    {
        Types = types;
        _names = types.SelectMany(Names).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Every type that may cross.</summary>
    public IReadOnlyCollection<Type> Types { get; }

    public bool IsAllowed(string typeName) => _names.Contains(typeName);

    private static List<Type> Collect()
    {
        var types = new List<Type>();
        var messages = typeof(IControlMessage).Assembly.GetTypes().Where(type => type.IsClass && typeof(IControlMessage).IsAssignableFrom(type));
        foreach (var message in messages) Add(types, message);
        return types;
    }

    // A message and what its properties are made of; primitives and texts need no leave.
    private static void Add(List<Type> types, Type type)
    {
        if (type.IsPrimitive || type == typeof(string) || types.Contains(type)) return;
        if (type == typeof(object) || type.IsInterface || type.IsAbstract)
            throw new InvalidOperationException($"{type} cannot be part of a control message: what stands in its place is not known.");
        types.Add(type);
        if (type.IsArray)
        {
            Add(types, type.GetElementType()!);
            return;
        }
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)) Add(types, property.PropertyType);
    }

    private static IEnumerable<string> Names(Type type)
    {
        yield return type.AssemblyQualifiedName!;
        yield return $"{type.FullName}, {type.Assembly.GetName().Name}";
    }
}

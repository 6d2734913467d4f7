using System.Text;
using Harper.Core.Identity;

namespace Harper.Core.Operations.Writes;

/// <summary>
/// The integers that a node may give as keys (R-DAT-05). The key space is cut into slots and each node has one: its name's hash, or the next free one where
/// two known names share a hash. The rule reads nothing but names, so all nodes that know each other agree without asking.
/// </summary>
public readonly record struct KeyRange(double First, double Last)
{
    /// <summary>Keys that every JavaScript number can hold: 21 bits of slot and 32 of counter.</summary>
    public static KeyRange ForLong(NodeName self, IEnumerable<NodeName> known) => Of(self, known, slotBits: 20, counterBits: 32);

    /// <summary>Tables whose key is declared Int: 11 bits of slot and 20 of counter.</summary>
    public static KeyRange ForInt(NodeName self, IEnumerable<NodeName> known) => Of(self, known, slotBits: 11, counterBits: 20);

    private static KeyRange Of(NodeName self, IEnumerable<NodeName> known, int slotBits, int counterBits)
    {
        var size = Math.Pow(2, counterBits);
        // Slot 0 is left to people, who number by hand from 1.
        var first = (1 + SlotOf(self, known, (1u << slotBits) - 1)) * size;
        return new KeyRange(first, first + size - 1);
    }

    private static uint SlotOf(NodeName self, IEnumerable<NodeName> known, uint slots)
    {
        var taken = new HashSet<uint>();
        foreach (var name in known.Append(self).Distinct().Order())
        {
            var slot = Hash(name) % slots;
            while (!taken.Add(slot)) slot = (slot + 1) % slots;
            if (name == self) return slot;
        }
        throw new InvalidOperationException("The own name is among the names.");
    }

    /// <summary>FNV-1a with a final mix: the same on every machine and in every version.</summary>
    private static uint Hash(NodeName name)
    {
        var hash = 2166136261u;
        foreach (var unit in Encoding.UTF8.GetBytes(name.Value)) hash = (hash ^ unit) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6Bu;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35u;
        return hash ^ (hash >> 16);
    }
}

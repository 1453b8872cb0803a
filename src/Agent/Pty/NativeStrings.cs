using System.Runtime.InteropServices;

namespace Postern.Agent.Pty;

/// <summary>A null-terminated array of C strings, freed on dispose.</summary>
internal readonly struct NativeStrings : IDisposable
{
    public NativeStrings(IReadOnlyList<string> texts)
    {
        Pointers = new nint[texts.Count + 1];
        for (var i = 0; i < texts.Count; i++)
            Pointers[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
    }

    public nint[] Pointers { get; }

    public void Dispose()
    {
        foreach (var pointer in Pointers)
            Marshal.FreeCoTaskMem(pointer);
    }
}

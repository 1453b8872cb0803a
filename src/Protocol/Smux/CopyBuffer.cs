using System.Buffers;

namespace Postern.Protocol.Smux;

/// <summary>A pooled buffer for copying: large while what it gets fills it, small otherwise.</summary>
internal sealed class CopyBuffer : IDisposable
{
    private readonly int _small, _large;
    private byte[] _bytes;
    private int _size;

    public CopyBuffer(int small, int large)
    {
        (_small, _large, _size) = (small, large, small);
        _bytes = ArrayPool<byte>.Shared.Rent(small);
    }

    public Memory<byte> Memory => _bytes.AsMemory(0, _size);

    /// <summary>Says how much of it was used, and that it may change.</summary>
    public void Used(int count)
    {
        var wanted = count == _size ? _large : count <= _small / 2 ? _small : _size;
        if (wanted == _size)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = ArrayPool<byte>.Shared.Rent(wanted);
        _size = wanted;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}

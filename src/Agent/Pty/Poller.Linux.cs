using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Postern.Agent.Pty.LinuxNative;

namespace Postern.Agent.Pty;

internal sealed partial class Poller
{
    private const int Batch = 64;
    private const long WakeUpId = 0;
    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(long);

    private SafeFileHandle _queue = null!, _wakeUp = null!;

    /// <summary>Asks for one event; after it the file is silent until asked again.</summary>
    internal void Arm(SafeFileHandle handle, long id, uint events) => Control(EPOLL_CTL_MOD, handle, id, events | EPOLLONESHOT);

    private void OpenQueue()
    {
        _queue = new SafeFileHandle(epoll_create1(EPOLL_CLOEXEC), ownsHandle: true);
        _wakeUp = new SafeFileHandle(eventfd(0, O_CLOEXEC | O_NONBLOCK), ownsHandle: true);
        if (_queue.IsInvalid || _wakeUp.IsInvalid)
            throw LastFailure("epoll");
        Control(EPOLL_CTL_ADD, _wakeUp, WakeUpId, EPOLLIN);
    }

    private void CloseQueue()
    {
        _queue.Dispose();
        _wakeUp.Dispose();
    }

    // Registered with no interest: a hang-up alone must not be reported before somebody waits, which ONESHOT and no events give.
    private void Register(SafeFileHandle handle, long id) => Control(EPOLL_CTL_ADD, handle, id, EPOLLONESHOT);

    private void Unregister(SafeFileHandle handle) => epoll_ctl(_queue, EPOLL_CTL_DEL, handle, new byte[EventSize]);

    private void WakeUp() => write(_wakeUp, BitConverter.GetBytes(1UL), sizeof(ulong));

    private void Control(int operation, SafeFileHandle handle, long id, uint events)
    {
        Span<byte> pollEvent = stackalloc byte[EventSize];
        BinaryPrimitives.WriteUInt32LittleEndian(pollEvent, events);
        BinaryPrimitives.WriteInt64LittleEndian(pollEvent[DataOffset..], id);
        if (epoll_ctl(_queue, operation, handle, pollEvent) != 0)
            throw LastFailure("epoll_ctl");
    }

    private void Run()
    {
        Span<byte> events = stackalloc byte[Batch * EventSize];
        while (_stopped == 0)
        {
            var count = epoll_wait(_queue, events, Batch, -1);
            for (var i = 0; i < count; i++)
            {
                var pollEvent = events.Slice(i * EventSize, EventSize);
                var ready = BinaryPrimitives.ReadUInt32LittleEndian(pollEvent);
                if (_files.TryGetValue(BinaryPrimitives.ReadInt64LittleEndian(pollEvent[DataOffset..]), out var file))
                    file.OnReady(readable: (ready & ~EPOLLOUT) != 0, writable: (ready & ~EPOLLIN) != 0);
            }
        }
    }
}

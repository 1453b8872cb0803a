namespace Postern.Protocol.Recordings.Screen;

/// <summary>Switches of the terminal that matter to whoever draws it again.</summary>
internal record struct ScreenModes()
{
    public bool Autowrap { get; set; } = true;
    public bool CursorVisible { get; set; } = true;
    public bool Origin { get; set; }
    public bool Insert { get; set; }
    public bool NewLine { get; set; }
    public bool ApplicationCursor { get; set; }
    public bool ApplicationKeypad { get; set; }
    public bool ReverseVideo { get; set; }
    public bool BracketedPaste { get; set; }
    public bool FocusEvents { get; set; }
    /// <summary>9, 1000, 1002 or 1003; 0: no mouse.</summary>
    public int Mouse { get; set; }
    /// <summary>1005, 1006, 1015 or 1016; 0: as X10.</summary>
    public int MouseEncoding { get; set; }
    /// <summary>DECSCUSR, 0 to 6.</summary>
    public int CursorStyle { get; set; }
}

r"""The LaTeX this house can show: names as KaTeX 0.18 knows them, by the arguments they take.

A name that is in none of the tables leaves its formula unparsed (shown raw, counted), except where it is a command
glued to what follows (``\leqa``), which :func:`unglue` takes apart. Commands that fetch, link, define, draw boxes of any
size or print over their neighbours (``\href``, ``\includegraphics``, ``\rule``, ``\html…``, ``\def``, ``\llap``) are
left out on purpose: item text is not to be trusted.
"""

from __future__ import annotations

SYMBOLS = frozenset(
    """
    AA Alpha Bbbk Beta Box Bumpeq Cap Chi Colonapprox Coloneq Coloneqq Colonsim Cup Dagger Delta Diamond Doteq
    Downarrow Epsilon Eqcolon Eqqcolon Eta Finv Game Gamma Im Iota Join Kappa Lambda Leftarrow Leftrightarrow
    Lleftarrow Longleftarrow Longleftrightarrow Longrightarrow Lsh Mu N Nu Omega Omicron P Phi Pi Pr Psi R Re Reals
    Rho Rightarrow Rrightarrow Rsh S Sigma Subset Supset Tau Theta Uparrow Updownarrow Upsilon Vdash Vert Vvdash Xi
    Z Zeta aleph alpha amalg angle approx approxcolon approxcoloncolon approxeq arccos arcsin arctan arg argmax
    argmin ast asymp backepsilon backprime backsim backsimeq backslash barwedge because beta beth between bigcap
    bigcirc bigcup bigodot bigoplus bigotimes bigsqcup bigstar bigtriangledown bigtriangleup biguplus bigvee
    bigwedge blacklozenge blacksquare blacktriangle blacktriangledown blacktriangleleft blacktriangleright bmod bot
    bowtie boxdot boxminus boxplus boxtimes bullet bumpeq cap cdot cdotp cdots centerdot checkmark chi circ circeq
    circlearrowleft circlearrowright circledR circledS circledast circledcirc circleddash clubsuit colon colonapprox
    coloncolon coloncolonapprox coloncolonequals coloncolonminus coloncolonsim coloneq coloneqq colonequals
    colonminus colonsim complement cong coprod cos cosh cot coth csc cup curlyeqprec curlyeqsucc curlyvee curlywedge
    curvearrowleft curvearrowright dag dagger daleth dashleftarrow dashrightarrow dashv dblcolon ddag ddagger ddots
    deg degree delta det diagdown diagup diamond diamondsuit digamma dim div divideontimes doteq doteqdot dotplus
    dots dotsb dotsc dotsi dotsm dotso dotsx doublebarwedge doublecap doublecup downarrow downdownarrows
    downharpoonleft downharpoonright ell emptyset enskip enspace epsilon eqcirc eqcolon eqqcolon eqsim eqslantgtr
    eqslantless equalscolon equalscoloncolon equiv eta eth exists exp fallingdotseq flat forall frown gamma gcd ge
    geq geqq geqslant gets gg ggg gggtr gimel gnapprox gneq gneqq gnsim gt gtrapprox gtrdot gtreqless gtreqqless
    gtrless gtrsim gvertneqq hbar heartsuit hom hookleftarrow hookrightarrow hslash iff iiint iint imath impliedby
    implies in inf infty injlim int intercal intop iota it jmath kappa ker lBrace lVert lambda land langle lbrace
    lbrack lceil ldotp ldots le leadsto leftarrow leftarrowtail leftharpoondown leftharpoonup leftleftarrows
    leftrightarrow leftrightarrows leftrightharpoons leftrightsquigarrow leftthreetimes leq leqq leqslant lessapprox
    lessdot lesseqgtr lesseqqgtr lessgtr lesssim lfloor lg lgroup lhd lim liminf limsup ll llbracket llcorner lll
    llless lmoustache ln lnapprox lneq lneqq lnot lnsim log longleftarrow longleftrightarrow longmapsto
    longrightarrow looparrowleft looparrowright lor lozenge lparen lrcorner lt ltimes lvert lvertneqq maltese
    mapsfrom mapsto max measuredangle medspace mho mid min minuscolon minuscoloncolon minuso mp mu multimap
    nLeftarrow nLeftrightarrow nRightarrow nVDash nVdash nabla natural ncong ne nearrow neg negmedspace
    negthickspace negthinspace neq nexists ngeq ngeqq ngeqslant ngtr ni nleftarrow nleftrightarrow nleq nleqq
    nleqslant nless nmid not notin notni nparallel nprec npreceq nrightarrow nshortmid nshortparallel nsim nsubseteq
    nsubseteqq nsucc nsucceq nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright ntrianglerighteq nu
    nvDash nvdash nwarrow odot oiiint oiint oint omega omicron ominus oplus ordinarycolon oslash otimes owns
    parallel partial perp phi pi pitchfork plim plusmn pm prec precapprox preccurlyeq preceq precnapprox precneqq
    precnsim precsim prime prod projlim propto psi qquad quad rBrace rVert rangle ratio rbrace rbrack rceil rfloor
    rgroup rhd rho rightarrow rightarrowtail rightharpoondown rightharpoonup rightleftarrows rightleftharpoons
    rightrightarrows rightsquigarrow rightthreetimes risingdotseq rmoustache rparen rrbracket rtimes rvert
    searrow sec setminus sharp shortmid shortparallel sigma sim simcolon simcoloncolon simeq sin sinh smallfrown
    smallint smallsetminus smallsmile smile space spadesuit sphericalangle sqcap sqcup sqsubset sqsubseteq sqsupset
    sqsupseteq square star subset subseteq subseteqq subsetneq subsetneqq succ succapprox succcurlyeq succeq
    succnapprox succneqq succnsim succsim sum sup supset supseteq supseteqq supsetneq supsetneqq surd swarrow tan
    tanh tau therefore theta thickapprox thicksim thickspace thinspace times to top triangle triangledown
    triangleleft trianglelefteq triangleq triangleright trianglerighteq twoheadleftarrow twoheadrightarrow ulcorner
    unlhd unrhd uparrow updownarrow upharpoonleft upharpoonright uplus upsilon upuparrows urcorner vDash varDelta
    varGamma varLambda varOmega varPhi varPi varPsi varSigma varTheta varUpsilon varXi varepsilon varinjlim varkappa
    varliminf varlimsup varnothing varphi varpi varprojlim varpropto varrho varsigma varsubsetneq varsubsetneqq
    varsupsetneq varsupsetneqq vartheta vartriangle vartriangleleft vartriangleright varvdots vcentcolon vdash vdots
    vee veebar vert wedge wp wr xi zeta
    """.split()
)
"""Commands without arguments."""

DECLARATIONS = frozenset(
    """
    rm bf cal sf tt displaystyle textstyle scriptstyle scriptscriptstyle
    tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
    """.split()
)
"""They change what follows up to the end of their group, so the group's braces mean something."""

INFIX = frozenset("over atop choose brace brack".split())
"""They split their group in two; KaTeX takes one of them a group."""

ARGUMENTS = {
    **dict.fromkeys(
        """
        acute grave bar breve check ddddot dddot ddot dot hat mathring tilde vec widecheck widehat widetilde
        overline overbrace overbracket overgroup overleftarrow overleftharpoon overleftrightarrow overlinesegment
        overrightarrow overrightharpoon Overrightarrow underbar underbrace underbracket undergroup underleftarrow
        underleftrightarrow underline underlinesegment underrightarrow
        boxed fbox cancel bcancel xcancel sout phantom hphantom vphantom
        Bbb bm bold boldsymbol pmb frak mathbb mathbf mathbin mathcal mathclose mathfrak mathinner mathit mathnormal
        mathop mathopen mathord mathpunct mathrel mathrm mathscr mathsf mathsfit mathtt
        mod pmod pod operatorname operatorname* operatornamewithlimits sqrt substack
        xleftarrow xrightarrow xLeftarrow xRightarrow xleftrightarrow xLeftrightarrow xlongequal xmapsto
        """.split(),
        1,
    ),
    **dict.fromkeys("binom dbinom tbinom frac dfrac tfrac cfrac overset underset stackrel".split(), 2),
}
"""Commands with arguments in braces, and how many."""

OPTIONAL = frozenset(
    "sqrt cfrac xleftarrow xrightarrow xLeftarrow xRightarrow xleftrightarrow xlongequal".split()
)
"""Of these, the ones that may carry ``[…]`` before them."""

OVER_LETTERS = frozenset(
    "overline overrightarrow overleftarrow overleftrightarrow overlinesegment widehat overgroup underline".split()
)
"""Marks set over several letters at once: what is glued to them is theirs (``\\overlineAB``)."""

TEXTS = frozenset("text textrm textbf textit textmd textnormal textsf texttt textup emph mbox hbox".split())
"""Commands whose argument is words, not a formula. All are written as ``\\text``."""

DROPPED = {
    **dict.fromkeys("noindent hfill displaylimits nonumber notag centering par relax allowbreak nobreak".split(), 0),
    **dict.fromkeys("label vspace color phase".split(), 1),
}
"""Typesetting without meaning here, left out of the formula with as many arguments."""

ALIASES = {
    "newline": "\\\\",
    "lang": "\\langle",
    "rang": "\\rangle",
    "sdot": "\\cdot",
    "infin": "\\infty",
    "isin": "\\in",
    "empty": "\\emptyset",
    "exist": "\\exists",
    "hspace": "\\quad",
}

SIZERS = frozenset("big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm".split())

LIMIT_OPERATORS = frozenset(
    """
    sum prod coprod int iint iiint oint lim limsup liminf max min sup inf det gcd Pr argmax argmin
    bigcap bigcup bigodot bigoplus bigotimes bigsqcup biguplus bigvee bigwedge
    """.split()
)
"""What ``\\limits`` may stand behind."""

DELIMITERS = frozenset(
    r"""
    ( ) [ ] | . / < > \{ \} \| \lbrace \rbrace \lbrack \rbrack \langle \rangle \vert \Vert \lvert \rvert \lVert \rVert
    \lfloor \rfloor \lceil \rceil \lgroup \rgroup \lmoustache \rmoustache \backslash \lparen \rparen \uparrow \downarrow
    \updownarrow \Uparrow \Downarrow \Updownarrow \ulcorner \urcorner \llcorner \lrcorner \lt \gt
    """.split()
)

_AS_IS = """
    array darray cases dcases rcases drcases matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix
    aligned gathered split alignedat
""".split()
ENVIRONMENTS = {
    **{name: name for name in _AS_IS},
    **dict.fromkeys("align align* eqnarray eqnarray*".split(), "aligned"),
    **dict.fromkeys("gather gather* multline multline* equation equation* displaymath math".split(), "gathered"),
    "tabular": "array",
}
"""Environments read, and the one each is written as: KaTeX takes the outer ones only in display mode, if at all."""

WITH_COLUMNS = frozenset(("array", "darray"))

_GLUED = sorted(
    """
    le leq leqq leqslant ge geq geqq geqslant lt gt ne neq equiv approx fallingdotseq sim simeq cong propto
    times div pm mp cdot cdots ldots dots vdots ast circ degree bullet square triangle bigtriangleup angle
    measuredangle perp parallel therefore because in notin ni subset supset subseteq supseteq cup cap emptyset varnothing
    infty pi alpha beta gamma delta theta omega sigma phi mu lambda rho epsilon prime forall exists
    to rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow uparrow downarrow mapsto
    quad qquad sin cos tan log ln lim sum prod int lbrace rbrace vert Vert
    bar dot hat vec overline underline overrightarrow overleftrightarrow widehat sqrt rm bf mathrm
    """.split(),
    key=len,
    reverse=True,
)


_STRUCTURE = frozenset("left right middle begin end limits nolimits cr hline hdashline textcolor".split())
_KNOWN = SYMBOLS.union(ARGUMENTS, TEXTS, DECLARATIONS, INFIX, ALIASES, DROPPED, SIZERS, _STRUCTURE)


def is_known(name: str) -> bool:
    """Tell whether a command, without its backslash, is in any table."""
    return name in _KNOWN


def unglue(name: str) -> tuple[str, str] | None:
    r"""Take a glued command apart: ``leqa`` gives ("leq", "a"), ``anglex`` ("angle", "x"); None where nothing fits."""
    for known in _GLUED:
        if name.startswith(known) and len(name) > len(known):
            return known, name[len(known):]
    return None
